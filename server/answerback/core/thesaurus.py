"""Words that visitors and pages use for the same thing: what a question may say and its answer may put otherwise."""

from __future__ import annotations

GROUPS: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in """
price cost fee fare pay charge expensive rent rate euro dollar pound
free gratis costless complimentary
cheap discount reduced reduction half
refund return repay reimburse
open opening hour timetable schedule
close closed shut
begin start found establish launch open
end finish stop cease
buy purchase order sell shop store
make build create produce construct
large big size huge
high tall height altitude
long length duration
weight weigh heavy
old age
far distance kilometre mile
fast quick speed
use utilize apply
need require must necessary
allow permit may permission forbid prohibit ban
phone telephone mobile ring dial call
email mail write contact
contact reach inform announce notify
post deliver ship parcel mail send shipping delivery
car vehicle drive automobile
park parking
bus coach shuttle
bike bicycle cycle
motorcycle motorbike
truck lorry
boat ship ferry
dog pet animal
child kid pupil young
adult grown
student pupil
old elderly senior
employee staff worker crew team
boss owner manager director head
teacher instructor tutor teach
doctor physician vet
job work position profession
company firm business
photo picture image
film movie cinema
music song concert
password passphrase code
wifi wireless network internet
update upgrade version firmware
install set setup mount
error fault failure trouble problem break fail
repair mend fix
guarantee warranty guaranteed
delete remove erase
lose lost forget forgotten
light lamp flash blink
colour color
book reserve reservation booking
cancel cancellation
deadline due date
ticket pass admission entry entrance card
visitor guest customer
member membership join
register sign enrol registration
document form paper certificate
card cash coin
bill invoice
eat food meal drink lunch dinner
vegetarian vegan meatless
allergy allergen allergic gluten
medicine medication drug
disease illness sick
sleep stay overnight accommodation
room bedroom
toilet restroom bathroom
wheelchair accessible disabled
stair step
path way route trail walk
climb ascent
start begin depart leave departure
arrive arrival return
minimum least
maximum most limit
summer july august june
winter december january
night evening
morning dawn
kill die murder death
bear birth birthplace
marry wife husband spouse
win victory champion beat
lose defeat
war battle fight
king queen ruler monarch
author writer write
design architect designer
invent inventor discover
capital city
nation country
reason because cause why since
purpose aim goal
call name known term
language speak written
contain include consist
change alter
help support
danger dangerous safe risk
가격 값 요금 비용 원 금액 뱃삯 수강료 입장료 회비
무료 공짜 거저
할인 절반 반값
환불 돌려 반환 취소
진료 시간
열 오픈 엽니다 여는 열어 열었 열린 열리 영업 운영 개장 시간
시작 설립 창업 세우 세웠 열었 창립 생겼 생기
닫 마감 휴무 쉬는 쉽니다 쉬어 닫습니다 닫아
구입 구매 팔 판매 팝니다 파는 사서 사는
만들 제작 짓 굽 세우 설립 건립
태어나 출생 태어난 나고
죽 사망 별세 숨지
크기 넓이 면적
높이 해발
길이 거리
무게 중량
예약 신청 접수
전화 연락 번호 문의
우편 택배 배송 배달
주차 차 자동차
버스 셔틀 순환
자전거 바이크
강아지 반려견 개 애완견 반려동물
고양이 반려묘
어린이 아이 아동 초등학생
청소년 중고등학생 중고생 학생
어른 성인
노인 어르신 경로
직원 역무원 사람 종업원
사장 주인 대표 원장
선생님 강사 교사 작가
병원 의원 치과
회원 가입 등록
빌리 대출 대여 빌려
연체 늦 늦게
잃어버리 분실 잃
고장 망가 수리 고치
보증 무상 품질
충전 배터리 건전지 전지
청소 세척 씻 닦
비밀번호 암호
인터넷 와이파이
음식 먹 식사 요리
알레르기 성분
술 음주
담배 흡연
벌금 과태료
금지 안됩니다
허용 가능 괜찮
표 티켓 입장권
영화 작품 상영
개막작 처음
마지막 막차 끝
이유 까닭 때문 위해
나라 국가
수도 도시
왕 임금 국왕
아버지 부친
어머니 모친
아내 부인
전쟁 전투
승리 이기 우승
회사 기업
학교 대학 대학교
영향 결과
별명 불리 불렸
이름 명칭
여름 7월 8월
겨울 12월 1월
비 우천 비가
""".strip().splitlines()
)
