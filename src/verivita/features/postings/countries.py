"""Names of countries, states and large cities with the ISO 3166 code of their country: what boards write, no more."""

from __future__ import annotations

_NAMES = """US united states,united states of america,usa,u.s.,u.s.a.,us,america,stati uniti,etats-unis
GB united kingdom,uk,u.k.,great britain,england,scotland,wales,northern ireland,gb
DE germany,deutschland,allemagne,germania|FR france|ES spain,espana,spagna|IT italy,italia
NL netherlands,the netherlands,holland,nederland|BE belgium,belgie,belgique
CH switzerland,schweiz,suisse,svizzera|AT austria,osterreich|IE ireland,republic of ireland|PT portugal
PL poland,polska|SE sweden,sverige|NO norway,norge|DK denmark,danmark|FI finland,suomi|IS iceland
CZ czech republic,czechia|SK slovakia|HU hungary|RO romania|BG bulgaria|GR greece|HR croatia|SI slovenia
RS serbia|UA ukraine|RU russia,russian federation|EE estonia|LV latvia|LT lithuania|LU luxembourg|MT malta
CY cyprus|TR turkey,turkiye|IL israel|AE united arab emirates,uae,u.a.e.|SA saudi arabia,ksa|QA qatar|KW kuwait
BH bahrain|OM oman|JO jordan|LB lebanon|EG egypt|MA morocco|TN tunisia|DZ algeria|ZA south africa|NG nigeria
KE kenya|GH ghana|ET ethiopia|UG uganda|TZ tanzania|RW rwanda|IN india|PK pakistan|BD bangladesh|LK sri lanka
NP nepal|CN china,prc,people's republic of china|HK hong kong,hong kong sar|TW taiwan|JP japan
KR south korea,korea,republic of korea|SG singapore|MY malaysia|ID indonesia|TH thailand|VN vietnam,viet nam
PH philippines,the philippines|AU australia|NZ new zealand|CA canada|MX mexico|BR brazil,brasil|AR argentina
CL chile|CO colombia|PE peru|UY uruguay|EC ecuador|VE venezuela|CR costa rica|PA panama|GT guatemala
DO dominican republic|PR puerto rico|BO bolivia|PY paraguay|SV el salvador|HN honduras|NI nicaragua|JM jamaica
GE georgia (country)|AM armenia|AZ azerbaijan|KZ kazakhstan|UZ uzbekistan|BY belarus|MD moldova|AL albania
MK north macedonia|BA bosnia and herzegovina|ME montenegro|XK kosovo|KH cambodia|MM myanmar|MU mauritius
CM cameroon|SN senegal|CI ivory coast|IQ iraq|CU cuba|MC monaco"""

_STATES = """alabama AL,alaska AK,arizona AZ,arkansas AR,california CA,colorado CO,connecticut CT,delaware DE,florida FL
georgia GA,hawaii HI,idaho ID,illinois IL,indiana IN,iowa IA,kansas KS,kentucky KY,louisiana LA,maine ME
maryland MD,massachusetts MA,michigan MI,minnesota MN,mississippi MS,missouri MO,montana MT,nebraska NE
nevada NV,new hampshire NH,new jersey NJ,new mexico NM,new york NY,north carolina NC,north dakota ND,ohio OH
oklahoma OK,oregon OR,pennsylvania PA,rhode island RI,south carolina SC,south dakota SD,tennessee TN,texas TX
utah UT,vermont VT,virginia VA,washington WA,west virginia WV,wisconsin WI,wyoming WY,district of columbia DC"""
_PROVINCES = """ontario ON,quebec QC,british columbia BC,alberta AB,manitoba MB,saskatchewan SK,nova scotia NS
new brunswick NB,newfoundland NL,prince edward island PE"""

_CITIES = """US new york,new york city,nyc,brooklyn,manhattan,san francisco,sf,sfo,bay area,san francisco bay area
US sf bay area,silicon valley,soma,los angeles
US palo alto,mountain view,menlo park,sunnyvale,san jose,redwood city,san mateo,oakland,berkeley,santa clara
US cupertino,santa monica,san diego,irvine
US seattle,bellevue,redmond,portland,boston,chicago,austin,dallas,houston,denver,boulder,atlanta,philadelphia
US philly,pittsburgh,detroit
US minneapolis,miami,phoenix,salt lake city,nashville,raleigh,durham,charlotte,baltimore,washington dc
US washington d.c.,washington,san antonio,tampa,orlando
US las vegas,st. louis,st louis,kansas city,cleveland,columbus,cincinnati,indianapolis,milwaukee,sacramento
US reston,herndon,ann arbor,provo,slc,emeryville
GB london,manchester,edinburgh,bristol,leeds,birmingham,glasgow,oxford,brighton,liverpool,belfast,nottingham
GB sheffield,reading,cardiff,newcastle
DE berlin,munich,muenchen,munchen,hamburg,cologne,koln,frankfurt,stuttgart,dusseldorf,leipzig,dresden
DE karlsruhe,hannover,nuremberg,freiburg
FR paris,lyon,toulouse,nantes,bordeaux,lille,marseille,grenoble,montpellier,nice,sophia antipolis
NL amsterdam,rotterdam,utrecht,the hague,den haag,eindhoven|NL delft,breda
ES madrid,barcelona,valencia,malaga,bilbao,seville,sevilla
IT milan,milano,rome,roma,turin,torino,bologna,trento,vicenza,florence,naples|BE brussels,antwerp,ghent,leuven
CH zurich,geneva,basel,lausanne,bern,zug|AT vienna,wien,graz,salzburg,linz|IE dublin,cork,galway
PT lisbon,lisboa,porto|PL warsaw,warszawa,krakow,cracow,wroclaw,gdansk,poznan,lodz
SE stockholm,gothenburg,goteborg,malmo|NO oslo,bergen,trondheim|DK copenhagen,aarhus|FI helsinki,espoo,tampere
CZ prague,praha,brno|HU budapest|RO bucharest,cluj,cluj-napoca,iasi,timisoara|BG sofia|GR athens|HR zagreb
SI ljubljana|RS belgrade|UA kiev,kyiv,lviv,kharkiv|RU moscow,saint petersburg,st petersburg|EE tallinn|LV riga
LT vilnius|TR istanbul,ankara|IL tel aviv,tel-aviv,haifa|IL jerusalem,herzliya|AE dubai,abu dhabi
SA riyadh,jeddah|QA doha|EG cairo|ZA cape town,johannesburg|NG lagos|KE nairobi
IN bangalore,bengaluru,mumbai,pune|IN new delhi,delhi,hyderabad,chennai,gurgaon,gurugram,noida,kolkata,ahmedabad
PK karachi,lahore,islamabad|BD dhaka|CN beijing,shanghai,shenzhen,guangzhou|CN hangzhou|TW taipei
JP tokyo,osaka,kyoto|KR seoul|MY kuala lumpur|ID jakarta|TH bangkok|VN hanoi,ho chi minh city,ho chi minh,saigon
PH manila,taguig,makati,cebu|AU sydney,melbourne,brisbane,perth,canberra,adelaide|NZ auckland,wellington
CA toronto,vancouver,montreal,ottawa,calgary|CA waterloo,kitchener,edmonton,quebec city,winnipeg,halifax
MX mexico city,cdmx,guadalajara,monterrey|BR sao paulo,rio de janeiro,belo horizonte,curitiba|BR florianopolis
AR buenos aires,cordoba|CL santiago|CO bogota,medellin|PE lima|UY montevideo|CR san jose costa rica|PR san juan
GE tbilisi"""


def _table(text: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in text.replace("\n", "|").split("|"):
        code, _, names = entry.partition(" ")
        for name in names.split(","):
            table.setdefault(name.strip(), code)
    return table


def _codes(text: str) -> dict[str, str]:
    pairs = (entry.strip().rsplit(" ", 1) for entry in text.replace("\n", ",").split(","))
    return {name: code for name, code in pairs}


COUNTRIES = _table(_NAMES)
"""Folded name -> ISO 3166-1 alpha-2."""
CITIES = _table(_CITIES)
"""Folded name of a large city -> the country it most often means on a job board."""
US_STATES = _codes(_STATES)
"""Folded name of a state -> its two letters."""
CA_PROVINCES = _codes(_PROVINCES)
US_CODES = frozenset(US_STATES.values())
CA_CODES = frozenset(CA_PROVINCES.values()) - {"NL", "PE"}
ISO_CODES = frozenset(COUNTRIES.values())
