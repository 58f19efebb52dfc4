"""Names of places that people write in job queries: countries, regions, states and larger cities."""

from __future__ import annotations

from verivita.core.text import fold

_COUNTRIES = """
Argentina|Australia|Austria|Bangladesh|Belgium|Brazil|Bulgaria|Canada|Chile|China|Colombia|Costa Rica|Croatia|Cyprus|
Czech Republic|Czechia|Denmark|Egypt|Estonia|Ethiopia|Finland|France|Germany|Ghana|Greece|Hungary|Iceland|India|
Indonesia|Ireland|Israel|Italy|Japan|Kenya|Latvia|Lithuania|Luxembourg|Malaysia|Malta|Mexico|Morocco|Nepal|Netherlands|
the Netherlands|New Zealand|Nigeria|Norway|Pakistan|Peru|Philippines|Poland|Portugal|Puerto Rico|Qatar|Romania|Rwanda|
Saudi Arabia|Serbia|Singapore|Slovakia|Slovenia|South Africa|South Korea|Spain|Sri Lanka|Sweden|Switzerland|Taiwan|
Tanzania|Thailand|Tunisia|Uganda|Ukraine|United Arab Emirates|United Kingdom|United States|Uruguay|Vietnam|Zambia|
Zimbabwe|Deutschland|Schweiz|Österreich|España|Italia|Brasil|Polska|Nederland|Belgique|Suisse|Sverige|Norge|Danmark
"""

_REGIONS = """
Africa|APAC|Asia|Balkans|Bay Area|Benelux|British Columbia|Catalonia|DACH|East Africa|Eastern Europe|EMEA|England|EU|
Europe|European Union|Latin America|LATAM|MENA|Middle East|Midlands|Midwest|New England|New South Wales|Nordics|
North America|Northern Ireland|Oceania|Ontario|Pacific Northwest|Quebec|Scandinavia|Scotland|Silicon Valley|
South America|South East Asia|Southeast Asia|Wales|West Africa|West Midlands|Western Europe|Yorkshire|Bavaria|Bayern|
Silicon Beach|Research Triangle|Tri-state area|Alberta|Saskatchewan|Manitoba|Nova Scotia|Queensland|Tasmania|
Long Island|Cornwall|Devon|Kent|Essex|Surrey|Sussex|Norfolk|Suffolk|Fife|Cumbria|Lancashire|Cheshire|Hampshire|
Hertfordshire|Oxfordshire|Kerala|Karnataka|Gujarat|Maharashtra|Tamil Nadu|Punjab|Telangana
"""

_STATES = """
Alabama AL|Alaska AK|Arizona AZ|Arkansas AR|California CA|Colorado CO|Connecticut CT|Delaware DE|Florida FL|Hawaii HI|
Idaho ID|Illinois IL|Indiana IN|Iowa IA|Kansas KS|Kentucky KY|Louisiana LA|Maine ME|Maryland MD|Massachusetts MA|
Michigan MI|Minnesota MN|Mississippi MS|Missouri MO|Montana MT|Nebraska NE|Nevada NV|New Hampshire NH|New Jersey NJ|
New Mexico NM|North Carolina NC|North Dakota ND|Ohio OH|Oklahoma OK|Oregon OR|Pennsylvania PA|Rhode Island RI|
South Carolina SC|South Dakota SD|Tennessee TN|Texas TX|Utah UT|Vermont VT|Virginia VA|West Virginia WV|Wisconsin WI|
Wyoming WY
"""

_CITIES = """
Aachen|Aarhus|Aberdeen|Abu Dhabi|Abuja|Accra|Addis Ababa|Adelaide|Ahmedabad|Albany|Albuquerque|Alexandria|Alicante|
Almaty|Amman|Amsterdam|Anaheim|Anchorage|Ankara|Ann Arbor|Antwerp|Arlington|Asheville|Athens|Atlanta|Auckland|Augusta|
Austin|Bakersfield|Baku|Baltimore|Bangalore|Bangkok|Barcelona|Bari|Basel|Baton Rouge|Beijing|Beirut|Belfast|Belgrade|
Bellevue|Bengaluru|Bergen|Berkeley|Berlin|Bern|Bilbao|Birmingham|Bochum|Bogota|Boise|Bologna|Bonn|Bordeaux|Boston|
Boulder|Bournemouth|Bradford|Brasilia|Bratislava|Breda|Bremen|Brighton|Brisbane|Bristol|Brno|Bronx|Brooklyn|Bruges|
Brussels|Bucharest|Budapest|Buenos Aires|Buffalo|Burlington|Cairo|Calgary|Cambridge|Canberra|Cape Town|Cardiff|Cary|
Casablanca|Cebu|Chandler|Charleston|Charlotte|Charlottesville|Chattanooga|Chennai|Chicago|Chandigarh|Christchurch|
Cincinnati|Cleveland|Cluj|Cluj-Napoca|Coimbatore|Cologne|Colombo|Colorado Springs|Columbus|Copenhagen|Coventry|Dakar|
Dallas|Dar es Salaam|Delhi|Denver|Derby|Des Moines|Detroit|Dhaka|Doha|Dortmund|Dresden|Dubai|Dublin|Dundee|Dunedin|
Durban|Durham|Düsseldorf|Dusseldorf|Edinburgh|Edmonton|Eindhoven|El Paso|Essen|Eugene|Exeter|Fargo|Florence|Fort Worth|
Fort Lauderdale|Frankfurt|Freiburg|Fremont|Fresno|Galway|Gdansk|Gdynia|Geneva|Genoa|Ghent|Glasgow|Gold Coast|Gothenburg|
Grand Rapids|Granada|Graz|Greensboro|Greenville|Grenoble|Groningen|Guadalajara|Guangzhou|Gurgaon|Gurugram|Haifa|Halifax|
Hamburg|Hamilton|Hannover|Hanover|Hanoi|Harare|Hartford|Heidelberg|Helsinki|Ho Chi Minh City|Hobart|Hong Kong|Honolulu|
Houston|Hull|Huntsville|Hyderabad|Indianapolis|Indore|Innsbruck|Irvine|Islamabad|Istanbul|Izmir|Jacksonville|Jaipur|
Jakarta|Jeddah|Jersey City|Johannesburg|Kampala|Kansas City|Karachi|Karlsruhe|Katowice|Kaunas|Kigali|Kingston|Kiel|
Kitchener|Knoxville|Kochi|Kolkata|Köln|Krakow|Kuala Lumpur|Kyiv|Kiev|Kyoto|Lagos|Lahore|Las Vegas|Lausanne|Leeds|
Leicester|Leiden|Leipzig|Leuven|Lexington|Lille|Lima|Limassol|Limerick|Linz|Lisbon|Lisboa|Little Rock|Liverpool|
Ljubljana|Lodz|London|Long Beach|Los Angeles|Louisville|Lubbock|Luton|Lviv|Lyon|Madison|Madrid|Malaga|Malmö|Malmo|
Manchester|Manhattan|Manila|Mannheim|Marseille|Medellin|Melbourne|Memphis|Menlo Park|Mexico City|Miami|Milan|Milano|
Milton Keynes|Milwaukee|Minneapolis|Minsk|Mississauga|Modesto|Monterrey|Montevideo|Montpellier|Montreal|Moscow|
Mountain View|Mumbai|München|Munich|Münster|Nairobi|Nantes|Naples|Napoli|Nashville|New Delhi|New Orleans|New York|
New York City|Newark|Newcastle|Newport|Nicosia|Noida|Northampton|Norwich|Nottingham|Nuremberg|Nürnberg|Oakland|
Oklahoma City|Omaha|Orlando|Osaka|Oslo|Ottawa|Oxford|Padua|Palermo|Palo Alto|Paris|Pasadena|Penang|Perth|Peterborough|
Philadelphia|Pittsburgh|Plano|Plymouth|Porto|Portland|Porto Alegre|Portsmouth|Potsdam|Poznan|Prague|Preston|Princeton|
Providence|Pune|Quebec City|Queens|Quito|Raleigh|Recife|Redmond|Redwood City|Regina|Rennes|Reno|Reykjavik|Richmond|
Riga|Rio de Janeiro|Riverside|Riyadh|Rochester|Rome|Roma|Rosario|Rotterdam|Sacramento|Saint Louis|St Louis|St. Louis|
Saint Paul|St Petersburg|Salford|Salt Lake City|Salzburg|San Antonio|San Diego|San Francisco|San Jose|San Juan|
San Mateo|Santa Barbara|Santa Clara|Santa Cruz|Santa Fe|Santa Monica|Santiago|Santo Domingo|Sao Paulo|Sapporo|
Saskatoon|Savannah|Scottsdale|Seattle|Seoul|Seville|Shanghai|Sheffield|Shenzhen|Singapore|Sofia|Southampton|Spokane|
Springfield|St. Gallen|Stavanger|Stirling|Stockholm|Strasbourg|Stuttgart|Sunderland|Sunnyvale|Surat|Swansea|Sydney|
Syracuse|Taipei|Tallinn|Tampa|Tampere|Tartu|Tbilisi|Tel Aviv|Tempe|The Hague|Thessaloniki|Tijuana|Timisoara|Tirana|
Tokyo|Toledo|Toronto|Toulouse|Trieste|Trivandrum|Trondheim|Tucson|Tulsa|Tunis|Turin|Turku|Uppsala|Utrecht|Valencia|
Valletta|Vancouver|Venice|Verona|Vienna|Vilnius|Wakefield|Warsaw|Warwick|Washington DC|Washington D.C.|Washington, DC|
Washington, D.C.|Waterloo|Wellington|Wichita|Wilmington|Winnipeg|Wolverhampton|Worcester|Wroclaw|Wuhan|Yerevan|Zagreb|
Zaragoza|Zurich|Zürich|Wien|Praha|Warszawa|Kraków|Gdańsk|Wrocław|Łódź|Poznań|Tromsø|Odense|Aalborg|Espoo|Oulu|Genève|
Liège|Anvers|Bruxelles|Nijmegen|Tilburg|Delft|Haarlem|Bielefeld|Wuppertal|Augsburg|Mainz|Wiesbaden|Rostock|Erfurt|
Jena|Kassel|Regensburg|Cagliari|Catania|Murcia|Vigo|Braga|Coimbra|Faro|Aveiro|Iasi|Brasov|Varna|Plovdiv|Debrecen|
Szeged|Kosice|Ostrava|Novi Sad|Sarajevo|Skopje|Podgorica|Chisinau|Kharkiv|Odessa|Kingston upon Hull|York|Lancaster|
Chester|Cheltenham|Gloucester|Swindon|Slough|Watford|Guildford|Croydon|Blackpool|Bolton|Stockport|Middlesbrough|
Inverness|Canterbury|Ipswich|Colchester|Chelmsford|Stoke-on-Trent|Doncaster|Huddersfield|Galveston|Corpus Christi|
Amarillo|Shreveport|Jackson|Montgomery|Tallahassee|Gainesville|Sarasota|Naperville|Dayton|Akron|Toledo|Lansing|
Kalamazoo|Fort Wayne|South Bend|Green Bay|Duluth|Sioux Falls|Lincoln Nebraska|Topeka|Billings|Missoula|Bozeman|
Provo|Ogden|Henderson|Mesa|Glendale|Gilbert|Stockton|San Bernardino|Ventura|Oxnard|Eureka|Tacoma|Olympia|Salem|
Bend Oregon|Hoboken|Stamford|New Haven|Bridgeport|Worcester|Lowell|Manchester NH|Portland Maine|Harrisburg|Scranton|
Allentown|Erie|Annapolis|Bethesda|Reston|Norfolk|Virginia Beach|Roanoke|Winston-Salem|Fayetteville|Columbia|
Chapel Hill|Macon|Athens Georgia|Hamilton Ontario|London Ontario|Guelph|Laval|Gatineau|Sherbrooke|Moncton|Fredericton|
St. John's|Kelowna|Whitehorse|Darwin|Geelong|Cairns|Townsville|Wollongong|Newcastle upon Tyne|Tauranga|Hsinchu|
Busan|Nagoya|Fukuoka|Yokohama|Chengdu|Hangzhou|Nanjing|Suzhou|Tianjin|Xian|Phnom Penh|Yangon|Da Nang|Surabaya|Bandung|
Bali|Davao|Makati|Quezon City|Thane|Nagpur|Lucknow|Bhopal|Patna|Vadodara|Visakhapatnam|Mysore|Goa|Faisalabad|
Rawalpindi|Peshawar|Chittagong|Kathmandu|Tashkent|Astana|Tehran|Baghdad|Kuwait City|Muscat|Manama|Sharjah|Dammam|
Jerusalem|Herzliya|Ramat Gan|Algiers|Rabat|Marrakech|Tripoli|Khartoum|Mombasa|Kisumu|Lusaka|Gaborone|Windhoek|
Pretoria|Bloemfontein|Port Elizabeth|Maputo|Luanda|Kinshasa|Douala|Abidjan|Bamako|Ibadan|Port Harcourt|Kano|Kumasi|
Curitiba|Belo Horizonte|Salvador|Fortaleza|Campinas|Florianopolis|Cordoba|Mendoza|Cali|Barranquilla|Caracas|Guayaquil|
La Paz|Asuncion|Panama City|Guatemala City|Havana|Kingston Jamaica|Tulum|Puebla|Queretaro|Merida|Cancun
"""

AMBIGUOUS = """
Reading|Nice|Mobile|Bath|Split|Orange|Phoenix|Georgia|Jordan|Turkey|Chad|Cork|Java|Lincoln|Washington|Victoria|Como|
Angers|Tours|Essen|Hull|Derby|Kent|Preston|Jackson|Mesa|Queens|Bend|Surrey|Lancaster|Bolton|Worcester|Regina|Columbia|
Darwin|Cali|Surat|Goa|Bari|Bonn|Lima|Florence|Verona|Sofia|Santiago|Salem|Chester|Augusta|Gilbert|Henderson|Warwick|
Cambridge|Oxford|Erie|Mercury|Hamilton|Houston|Kingston|Burlington|Arlington|Alexandria|Charlotte|Savannah|Newport|
Providence|Stockton|Ventura|Eureka|Richmond|Madison|Lexington|Bergen|York|Faro|Bali|Kiel|Kano|Bern|Olympia|Princeton|
Hanover|Riverside|Cary|Waterloo|Stirling|Salvador|Mendoza|Lowell|Guelph|Macon|Fargo|Jena|Perth|Rome|Laval|Plano|Luton
"""
"""Names that are also words, people or products: read as places only where the wording says so."""

ALIASES = {
    "nyc": "New York",
    "new york city": "New York",
    "ny": "NY",
    "sf": "San Francisco",
    "san fran": "San Francisco",
    "sfo": "San Francisco",
    "la": "Los Angeles",
    "philly": "Philadelphia",
    "dc": "Washington, DC",
    "washington dc": "Washington, DC",
    "washington d.c.": "Washington, DC",
    "washington, d.c.": "Washington, DC",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "us": "US",
    "uk": "UK",
    "u.k.": "UK",
    "uae": "UAE",
    "nz": "New Zealand",
    "the netherlands": "Netherlands",
    "holland": "Netherlands",
    "blr": "Bangalore",
    "sf bay area": "San Francisco Bay Area",
    "san francisco bay area": "San Francisco Bay Area",
    "the bay area": "Bay Area",
    "the us": "US",
    "the uk": "UK",
    "the eu": "EU",
    "great britain": "UK",
    "britain": "UK",
    "the states": "US",
    "america": "US",
}

ONLY_CAPITAL = frozenset({"us", "la", "dc", "ny", "sf", "nz", "eu"})
"""Aliases that are words when written small: small letters count only after a preposition or `remote`."""


def _split(block: str) -> list[str]:
    return [name for name in block.replace("\n", "").split("|") if name]


def _key(name: str) -> str:
    """As the sheet folds it."""
    return fold(name).replace("ø", "o").replace("ł", "l")


STATE_CODES = frozenset(entry.rsplit(" ", 1)[1] for entry in _split(_STATES))
PROVINCES = frozenset({"BC", "ON", "QC", "AB", "MB", "SK", "NS", "NSW", "VIC", "QLD", "DC"})
_STATE_NAMES = [entry.rsplit(" ", 1)[0] for entry in _split(_STATES)]
AREAS = frozenset(name.lower() for name in _split(_COUNTRIES) + _split(_REGIONS) + _STATE_NAMES) | {
    "georgia", "washington", "us", "uk", "usa", "uae"
}  # fmt: skip
"""Names that may follow a city's name (`Austin, Texas`)."""

_CITIES_FIRST = """
houston perth rome lima richmond cambridge oxford hamilton kingston charlotte savannah lexington plano luton bergen bern
bonn kiel guelph laval fargo worcester arlington burlington princeton hanover cary macon kano bali goa york madison
florence verona sofia santiago salem
"""
DOUBTFUL = frozenset(name.lower() for name in _split(AMBIGUOUS)) - frozenset(_CITIES_FIRST.split())
_NAMES = [*_split(AMBIGUOUS), *_split(_CITIES), *_STATE_NAMES, *_split(_REGIONS), *_split(_COUNTRIES)]
PLACES = {_key(name): name for name in _NAMES} | ALIASES
LONGEST = max(name.count(" ") + 1 for name in PLACES)
